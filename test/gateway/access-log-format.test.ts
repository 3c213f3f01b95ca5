import { compileAccessLog } from "../../emulator/gateway/access-log";
import { AUTHORIZER_CONTEXT } from "../../src/contract/authorizer-context";
import { ACCESS_LOG_FORMAT } from "../../src/gateway/access-log-format";

/** What captures of AWS show as "-" on every line of a WebSocket API, after a service answered too. */
const NEVER_FILLED =
  /\$context\.(?:integration\.\w+|integrationStatus|integrationErrorMessage|responseLength|responseLatency)/;

/** What API Gateway itself puts under `$context.authorizer`. */
const NAMES_OF_AWS = ["claims", "error", "integrationLatency", "latency", "principalId", "requestId", "status"];

describe("the access log", () => {
  it("asks for no variable that API Gateway never fills on a WebSocket API", () => {
    expect(ACCESS_LOG_FORMAT).not.toMatch(NEVER_FILLED);
    expect(ACCESS_LOG_FORMAT).toContain("$context.integrationLatency");
  });

  it("has the authorizer's reason under a name that API Gateway does not use", () => {
    expect(NAMES_OF_AWS).not.toContain(AUTHORIZER_CONTEXT.refusal);
    expect(JSON.parse(ACCESS_LOG_FORMAT)).toMatchObject({ refused: "$context.authorizer.refusal" });
  });

  it("says why a request failed: status, AWS's message and its kind", () => {
    const write = compileAccessLog(ACCESS_LOG_FORMAT);
    const failed = { status: 502, error: { message: "Internal server error", responseType: "INTEGRATION_FAILURE" } };
    expect(JSON.parse(write({ eventType: "MESSAGE", routeKey: "send", ...failed }))).toEqual({
      requestId: "-",
      requestTime: "-",
      eventType: "MESSAGE",
      routeKey: "send",
      status: "502",
      connectionId: "-",
      userId: "-",
      sourceIp: "-",
      refused: "-",
      authorizerError: "-",
      integrationLatency: "-",
      error: "Internal server error",
      errorType: "INTEGRATION_FAILURE",
    });
  });
});
