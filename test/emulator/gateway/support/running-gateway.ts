import {
  type Fault,
  type Gateway,
  type GatewayOptions,
  startGateway,
} from "../../../../emulator/gateway/start-gateway";
import { Journal } from "./journal";
import { sampleApi } from "./sample-api";
import { isAction, type ScriptedAws, startScriptedAws } from "./scripted-aws";

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

/** A gateway on a free port, in front of a scripted AWS. */
export interface RunningGateway {
  readonly gateway: Gateway;
  readonly aws: ScriptedAws;
  /** With a token. */
  readonly url: string;
  readonly accessLog: Journal<string>;
  readonly faults: Journal<Fault>;
  stop(): Promise<void>;
}

/** Runs an API: the sample one, its authorizer allowing everybody as alice, unless told otherwise. */
export async function runGateway(
  options: Partial<GatewayOptions> = {},
  respond?: ScriptedAws["respond"],
): Promise<RunningGateway> {
  const aws = await startScriptedAws();
  if (respond !== undefined) aws.respond = respond;
  const accessLog = new Journal<string>();
  const faults = new Journal<Fault>();
  const gateway = await startGateway({
    api: sampleApi(),
    awsEndpoint: aws.endpoint,
    credentials: [CREDENTIALS],
    invoke: async () => policy("Allow"),
    onAccessLog: (line) => accessLog.add(line),
    onFault: (fault) => faults.add(fault),
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

/** The id of the first connection, as `$connect` wrote it. */
export async function connectionId({ aws }: RunningGateway): Promise<string> {
  return JSON.parse((await aws.requests.first(isAction("PutItem"))).body).id;
}
