import { createLog, logSettingsFrom } from "../../../handlers/shared/log";
import { REFUSED_METRICS } from "../../../src/contract/authorizer-handler";
import { PUSHER_METRICS } from "../../../src/contract/pusher-handler";
import { emittedMetrics } from "../../support/embedded-metrics";

const NOW = 1_795_507_200_000;

function logAt(level: string) {
  const lines: string[] = [];
  const settings = logSettingsFrom({ LOG_LEVEL: level, SUMU_STACK: "acme-sumu" });
  return { lines, log: createLog(settings, "request-1", { write: (line) => lines.push(line), now: () => NOW }) };
}

describe("createLog", () => {
  it("writes one JSON object a line, with level, code, request id and the fields that are set", () => {
    const { log, lines } = logAt("debug");
    log.debug("looked");
    log.info("done", { messages: 2, skipped: undefined, whole: true });
    log.warn("odd", { failure: 'a "quoted"\nline' });
    log.error("failed", { messageId: "m-1" });
    expect(lines).toEqual([
      '{"level":"debug","code":"looked","requestId":"request-1"}',
      '{"level":"info","code":"done","requestId":"request-1","messages":2,"whole":true}',
      '{"level":"warn","code":"odd","requestId":"request-1","failure":"a \\"quoted\\"\\nline"}',
      '{"level":"error","code":"failed","requestId":"request-1","messageId":"m-1"}',
    ]);
  });

  it.each([
    ["debug", ["debug", "info", "warn", "error"]],
    ["info", ["info", "warn", "error"]],
    ["warn", ["warn", "error"]],
    ["error", ["error"]],
  ])("at level %s writes %j", (level, written) => {
    const { log, lines } = logAt(level);
    for (const each of ["debug", "info", "warn", "error"] as const) log[each](each);
    expect(lines.map((line) => JSON.parse(line).level)).toEqual(written);
  });

  it.each(["debug", "error"])("at level %s writes a summary's metrics all the same", (level) => {
    const { log, lines } = logAt(level);
    log.summary("pushed", PUSHER_METRICS, { Delivered: 2, Gone: 0, DeliveryTime: [12, 40] }, { messages: 1 });
    expect(lines).toEqual([
      '{"level":"info","code":"pushed","requestId":"request-1","stack":"acme-sumu","messages":1,"Delivered":2,"DeliveryTime":[12,40],"_aws":{"Timestamp":1795507200000,"CloudWatchMetrics":[{"Namespace":"SUMU","Dimensions":[["stack"]],"Metrics":[{"Name":"Delivered","Unit":"Count"},{"Name":"DeliveryTime","Unit":"Milliseconds"}]}]}}',
    ]);
    expect(emittedMetrics(String(lines[0]))).toEqual([
      { namespace: "SUMU", name: "Delivered", unit: "Count", dimensions: { stack: "acme-sumu" }, values: [2] },
      {
        namespace: "SUMU",
        name: "DeliveryTime",
        unit: "Milliseconds",
        dimensions: { stack: "acme-sumu" },
        values: [12, 40],
      },
    ]);
  });

  it("counts a refusal in all and by its reason", () => {
    const { log, lines } = logAt("info");
    log.summary("authorization_decided", REFUSED_METRICS, { Refused: 1 }, { reason: "token_expired" });
    const refused = { namespace: "SUMU", name: "Refused", unit: "Count", values: [1] };
    expect(emittedMetrics(String(lines[0]))).toEqual([
      { ...refused, dimensions: { stack: "acme-sumu" } },
      { ...refused, dimensions: { stack: "acme-sumu", reason: "token_expired" } },
    ]);
  });

  it("takes a summary without a metric for a line of level info", () => {
    const nothing = { Delivered: 0, DeliveryTime: [] };
    const { log, lines } = logAt("info");
    log.summary("pushed", PUSHER_METRICS, nothing, { messages: 1 });
    expect(lines).toEqual(['{"level":"info","code":"pushed","requestId":"request-1","messages":1}']);
    const quiet = logAt("warn");
    quiet.log.summary("pushed", PUSHER_METRICS, nothing);
    expect(quiet.lines).toEqual([]);
  });
});

describe("logSettingsFrom", () => {
  it("takes info and sumu for what is unset", () => {
    expect(logSettingsFrom({})).toEqual({ level: "info", stack: "sumu" });
    expect(logSettingsFrom({ LOG_LEVEL: "", SUMU_STACK: "" })).toEqual({ level: "info", stack: "sumu" });
  });

  it.each(["INFO", "trace", " info"])("rejects the level %j, naming the variable and what it may be", (level) => {
    expect(() => logSettingsFrom({ LOG_LEVEL: level })).toThrow(
      new RangeError(`LOG_LEVEL must be one of debug, info, warn, error, got "${level}"`),
    );
  });
});

describe("emittedMetrics, the check of the tests", () => {
  const line = (change: object) => JSON.stringify({ stack: "acme", Delivered: 1, ...change });
  const directive = { Namespace: "SUMU", Dimensions: [["stack"]], Metrics: [{ Name: "Delivered", Unit: "Count" }] };
  const aws = (change: object) => ({ _aws: { Timestamp: NOW, CloudWatchMetrics: [{ ...directive, ...change }] } });

  it.each([
    ["a unit that CloudWatch does not know", line(aws({ Metrics: [{ Name: "Delivered", Unit: "Messages" }] }))],
    ["a metric that the line does not hold", line(aws({ Metrics: [{ Name: "Gone" }] }))],
    ["a dimension that the line does not hold", line(aws({ Dimensions: [["prefix"]] }))],
    ["a dimension that is no text", line({ ...aws({}), stack: 7 })],
    ["more than 100 values", line({ ...aws({}), Delivered: Array(101).fill(1) })],
    ["no timestamp", line({ _aws: { CloudWatchMetrics: [directive] } })],
  ])("rejects %s", (_, text) => {
    expect(() => emittedMetrics(text)).toThrow();
  });
});
