import { type Fault, type Gateway, type GatewayOptions, startGateway } from "../../../../local/gateway/start-gateway";
import { sampleApi } from "./sample-api";
import { type ScriptedAws, startScriptedAws } from "./scripted-aws";

export const CREDENTIALS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI" };

export const METHOD_ARN = "arn:aws:execute-api:eu-west-1:000000000000:sample/dev/$connect";

export const policy = (effect: string, resource = METHOD_ARN): Record<string, unknown> => ({
  principalId: "alice",
  policyDocument: {
    Version: "2012-10-17",
    Statement: [{ Effect: effect, Action: "execute-api:Invoke", Resource: resource }],
  },
  context: { level: 3 },
});

export interface RunningGateway {
  readonly gateway: Gateway;
  readonly aws: ScriptedAws;
  /** With a token. */
  readonly url: string;
  readonly accessLog: string[];
  readonly faults: Fault[];
  stop(): Promise<void>;
}

/** The sample API on free ports, its authorizer allowing everybody as alice. */
export async function runGateway(options: Partial<GatewayOptions> = {}): Promise<RunningGateway> {
  const aws = await startScriptedAws();
  const accessLog: string[] = [];
  const faults: Fault[] = [];
  const gateway = await startGateway({
    api: sampleApi(),
    awsEndpoint: aws.endpoint,
    credentials: [CREDENTIALS],
    invoke: async () => policy("Allow"),
    onAccessLog: (line) => accessLog.push(line),
    onFault: (fault) => faults.push(fault),
    ...options,
  });
  return {
    gateway,
    aws,
    url: `${gateway.url}?authorization=token`,
    accessLog,
    faults,
    async stop() {
      await gateway.stop();
      await aws.stop();
    },
  };
}
