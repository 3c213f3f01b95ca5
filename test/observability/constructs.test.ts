import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import type { SumuProps } from "../../src/inputs/sumu-props";
import { Sumu } from "../../src/sumu";
import { only, type SynthesizedStack, synthesize } from "../support/synthesize";
import { FEWEST } from "../support/synthesize-sumu";

function sumu(props: (topic: SnsTopic) => Partial<SumuProps>): { stack: SynthesizedStack; alarms: number } {
  let alarms = 0;
  const stack = synthesize((scope) => {
    const given = props(new SnsTopic(scope, "alerts"));
    alarms = new Sumu(scope, "sumu", { ...FEWEST, ...given }).observability.alarms.length;
  });
  return { stack, alarms };
}

describe("a Sumu in an app", () => {
  it("has no alarm, no dashboard and no tracing by default", () => {
    const { stack, alarms } = sumu(() => ({}));
    const { aws_cloudwatch_metric_alarm, aws_cloudwatch_dashboard, aws_lambda_function = {} } = stack.resource;
    expect([alarms, aws_cloudwatch_metric_alarm, aws_cloudwatch_dashboard]).toEqual([0, undefined, undefined]);
    expect(Object.values(aws_lambda_function).map(({ tracing_config }) => tracing_config)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("has alarms for the parts that it has, that call a topic of the same app", () => {
    const { stack, alarms } = sumu((topic) => ({ alarmActions: [topic.arn], presenceSource: "stream" }));
    const all = Object.values(stack.resource.aws_cloudwatch_metric_alarm ?? {});
    expect([alarms, all.length]).toEqual([12, 12]);
    for (const alarm of all) {
      expect([alarm.alarm_actions, alarm.ok_actions, alarm.count]).toEqual([
        ["${aws_sns_topic.alerts.arn}"],
        ["${aws_sns_topic.alerts.arn}"],
        undefined,
      ]);
    }
  });

  it("has a dashboard of the parts that it has", () => {
    const { stack } = sumu(() => ({ dashboard: true, presenceSource: "stream" }));
    const { dashboard_name, dashboard_body } = only(stack.resource.aws_cloudwatch_dashboard);
    expect(dashboard_name).toBe("shop-sumu");
    expect(String(dashboard_body)).not.toMatch(/IteratorAge|presence-dlq|presence-grace/);
    expect(String(dashboard_body)).toContain("shop-sumu-integration-notifications-dlq");
  });

  it("has a row for channels on its dashboard if it has channels", () => {
    const bodyOf = (props: Partial<SumuProps>) => {
      const { stack } = sumu(() => ({ dashboard: true, ...props }));
      return String(only(stack.resource.aws_cloudwatch_dashboard).dashboard_body);
    };
    expect(bodyOf({ historySeconds: 60 })).toContain("Control queue");
    expect(bodyOf({ historySeconds: 60 })).not.toContain("Channels");
    expect(bodyOf({ channels: { public: ["public:*"] } })).toMatch(/Control queue.*Channels/);
    expect(bodyOf({})).not.toContain("Control queue");
  });

  it("traces each function, which waits for the right to", () => {
    const { stack } = sumu(() => ({ tracing: true }));
    for (const { tracing_config, depends_on } of Object.values(stack.resource.aws_lambda_function ?? {})) {
      expect(tracing_config).toEqual({ mode: "Active" });
      expect(depends_on).toEqual(expect.arrayContaining([expect.stringContaining("tracing_role_policy")]));
    }
  });

  it("tells its handlers how much to log", () => {
    const { stack } = sumu(() => ({ logLevel: "debug" }));
    for (const { environment } of Object.values(stack.resource.aws_lambda_function ?? {})) {
      expect(environment).toMatchObject({ variables: { LOG_LEVEL: "debug", SUMU_STACK: "shop-sumu" } });
    }
  });
});
