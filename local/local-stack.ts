import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { PublishCommand } from "@aws-sdk/client-sns";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import type { Limits } from "../emulator/gateway/start-gateway";
import { ensureNode24 } from "../scripts/node24";
import { CHANNELS_PER_CONNECTION } from "../src/contract/channels";
import { NAME_SUFFIXES, physicalName } from "../src/names";
import type { ValueObject } from "../terraform-json/value";
import { AccessLog } from "./access-log";
import {
  type AwsAccess,
  type AwsClients,
  createAwsClients,
  FOREIGN_CREDENTIALS,
  LOCAL_ACCOUNT_ID,
} from "./backend/aws";
import { freePort, requireFreePort } from "./backend/free-port";
import { ensureMiniStack } from "./backend/install";
import { isHealthy, LOCAL_REGION, startMiniStack } from "./backend/ministack";
import { type ProvisionedStack, provision } from "./backend/provision";
import { Cleanup } from "./cleanup";
import type { Decision } from "./enforcement/decision";
import { Denials } from "./enforcement/denials";
import { UnevaluatedCalls } from "./enforcement/unevaluated-calls";
import { type SupervisedGateway, type SupervisorEvents, superviseGateway } from "./gateway-process/supervise";
import { createIssuer, type Issuer } from "./issuer/issuer";
import { LOOPBACK, urlHost } from "./listening";
import { watchMessages } from "./page/messages-watch";
import { readPresence } from "./page/presence-snapshot";
import { startPageServer } from "./page/server";
import { SetupError } from "./setup-error";
import type { StackInfo } from "./stack-info";
import { synthesize } from "./synthesize";

export interface LocalStackOptions extends SupervisorEvents {
  /**
   * The port of the WebSocket API. The page and the local AWS use the next two ports. 0: any three free ports. @default
   * 0
   */
  readonly port?: number;
  /** The IPv4 address or name to listen on; 0.0.0.0 for all addresses of this machine. @default 127.0.0.1 */
  readonly host?: string;
  /**
   * A MiniStack that runs already and keeps running. Everything that is created in it is removed again. @default - its
   * own MiniStack
   */
  readonly awsEndpoint?: string;
  /** @default "topic" */
  readonly presenceSource?: string;
  /** The origins whose pages may connect, besides SUMU's own page. @default - any */
  readonly allowedOrigins?: readonly string[];
  /** Further inputs of the module, by the names of its variables: `{ presence_grace_seconds: 1 }`. */
  readonly inputs?: ValueObject;
  /**
   * The URL at which the functions reach the local AWS, for tests that put a proxy between them.
   *
   * @default - the local AWS's own
   */
  readonly functionsEndpoint?: string;
  /** API Gateway's limits, for tests that cannot wait two hours. */
  readonly limits?: Partial<Limits>;
  /**
   * Called once for each kind of call that the stack's policies allow or that no policy decides, and for each denial: at
   * most ten times a second for the same denial.
   */
  readonly onDecision?: (decision: Decision) => void;
  /** Called once for each kind of call that is denied. The text says which statement is missing. */
  readonly onDenial?: (text: string) => void;
  /** Called before each step that takes time. */
  readonly onStep?: (step: string) => void;
  /** If it is aborted before the stack is ready, the start stops and cleans up. */
  readonly signal?: AbortSignal;
}

export interface LocalStack {
  readonly info: StackInfo;
  readonly aws: AwsClients;
  readonly gateway: SupervisedGateway;
  readonly issuer: Issuer;
  /**
   * Stops everything. It leaves no process, port or temporary folder, and nothing in an emulator that keeps running.
   *
   * @throws SetupError when the stack made calls that no policy decided: on AWS they may be refused. Everything has
   * stopped by then.
   */
  stop(): Promise<void>;
}

/** The `aud` of the local issuer's tokens. The stack accepts no other audience. */
export const LOCAL_AUDIENCE = "sumu-local";

/** An hour: what was missed can be tried out, also after a break. */
const LOCAL_HISTORY_SECONDS = 3_600;

/** The claims that name channels. */
const CHANNEL_CLAIMS = { subscribe: "subscribe", post: "post" } as const;

/** What a token of the local issuer says unless it is asked otherwise: every user may use every room. */
const LOCAL_CLAIMS = { [CHANNEL_CLAIMS.subscribe]: ["room:*"], [CHANNEL_CLAIMS.post]: ["room:*"] };

const PLACE = { region: LOCAL_REGION, accountId: LOCAL_ACCOUNT_ID, apiId: "local" } as const;
const STAGE_NAME = "dev";
const PREFIX = "local";

/** Rules for a deployment that cannot apply on one machine, where nothing has a certificate. */
const RULES_LEFT_OUT = ["apigw_endpoint", "issuer_jwks_uri"];

/**
 * Runs a SUMU on this machine: the stack that main.ts synthesizes, in an emulator of AWS, behind a gateway that runs
 * its routes, with an issuer of tokens and a page. Nobody else can use it: the local AWS requires the run's
 * credentials, the page its key, and the WebSocket API a token. By default, everything listens on the loopback
 * interface only.
 *
 * @throws SetupError with one line that says what to do; everything that had started by then is ended
 */
export async function startLocalStack(options: LocalStackOptions = {}): Promise<LocalStack> {
  const cleanup = new Cleanup();
  try {
    return await start(options, cleanup);
  } catch (error) {
    await cleanup.run();
    throw error;
  }
}

async function start(options: LocalStackOptions, cleanup: Cleanup): Promise<LocalStack> {
  const {
    port = 0,
    host = LOOPBACK,
    presenceSource = "topic",
    allowedOrigins = [],
    onStep = () => {},
    signal,
  } = options;
  await requireFreePort(port, host);
  if (port !== 0 && options.awsEndpoint === undefined) await requireFreePort(port + 2, host);
  const gatewayPort = port === 0 ? await freePort(host) : port;
  const pageKey = randomBytes(18).toString("base64url");
  let issuer: Issuer | undefined;
  const page = await startPageServer({
    port: port === 0 ? 0 : port + 1,
    host,
    key: pageKey,
    issuer: async (url) => {
      issuer = await createIssuer({ url, audience: LOCAL_AUDIENCE, claims: LOCAL_CLAIMS });
      return issuer;
    },
  });
  cleanup.add(() => page.stop());
  if (issuer === undefined) throw new SetupError("the issuer could not be made");

  const folder = await mkdtemp(path.join(tmpdir(), "sumu-local-"));
  cleanup.add(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const unevaluated = new UnevaluatedCalls();
  const denials = new Denials();
  const onDecision = (decision: Decision): void => {
    unevaluated.note(decision);
    const denial = denials.note(decision);
    if (denial !== undefined) options.onDenial?.(denial);
    options.onDecision?.(decision);
  };
  const [access, stack] = await all([
    startAws({ ...options, onDecision }, folder, cleanup, onStep),
    synthesize(signal),
  ]);
  signal?.throwIfAborted();

  onStep("Creating tables, queues, topics and functions");
  const aws = createAwsClients(access);
  cleanup.add(() => aws.destroy());
  const provisioned = await provision({
    json: stack.json,
    stackFolder: stack.folder,
    variables: {
      prefix: PREFIX,
      stage_name: STAGE_NAME,
      issuer_jwks_uri: `http://${LOOPBACK}:${new URL(page.url).port}/.well-known/jwks.json`,
      authorized_audiences: [LOCAL_AUDIENCE],
      apigw_endpoint: `http://${urlHost(host)}:${gatewayPort}/${STAGE_NAME}`,
      presence_source: presenceSource,
      end_connections_with_token: true,
      revocations: true,
      history_seconds: LOCAL_HISTORY_SECONDS,
      channels: {
        public: ["public:*"],
        subscribe_claim: CHANNEL_CLAIMS.subscribe,
        post_claim: CHANNEL_CLAIMS.post,
        max_per_connection: CHANNELS_PER_CONNECTION.fallback,
      },
      allowed_origins: allowedOrigins.length === 0 ? [] : [new URL(page.url).origin, ...allowedOrigins],
      ...options.inputs,
    },
    rulesLeftOut: RULES_LEFT_OUT,
    place: PLACE,
    aws,
    temporaryFolder: path.join(folder, "zips"),
  });
  if (options.awsEndpoint !== undefined) cleanup.add(() => leave(access.endpoint, provisioned));
  signal?.throwIfAborted();

  onStep("Starting the gateway");
  const config = {
    json: stack.json as object,
    state: provisioned.state,
    aws: access,
    enforces: options.awsEndpoint === undefined,
    host,
    port: gatewayPort,
    limits: options.limits ?? {},
  };
  const accessLog = new AccessLog(aws.logs, physicalName(PREFIX, NAME_SUFFIXES.gatewayAccessLog));
  cleanup.add(() => accessLog.stop());
  const onAccessLog = (line: string): void => {
    accessLog.write(line);
    options.onAccessLog?.(line);
  };
  const gateway = await superviseGateway(config, { ...options, onAccessLog });
  cleanup.add(() => gateway.stop());

  const info = describe(provisioned.outputs, gateway.url, page.url, pageKey, access);
  page.serve({
    stack: { websocket_url: info.websocket_url },
    denials: (since) => denials.since(since),
    request: (via, request) => sendRequest(info, aws, via, request),
    watch: async (onEvent) => {
      // Subscribe to the messages first: changes during the read of the table arrive too, and their version puts them
      // in order.
      const stop = await watchMessages(info, aws, onEvent);
      onEvent({ presence: (await readPresence(info, aws)) ?? null });
      return stop;
    },
  });
  // The page stops first, because each watcher on it has its own queue and subscription.
  cleanup.add(() => page.stop());
  const stop = async (): Promise<void> => {
    await cleanup.run();
    unevaluated.refuse();
  };
  return { info, aws, gateway, issuer, stop };
}

/**
 * Like `Promise.all`, but it rejects only when nothing is still running. Then the caller can end everything that was
 * started.
 */
async function all<A, B>(promises: readonly [Promise<A>, Promise<B>]): Promise<[A, B]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

async function startAws(
  { awsEndpoint, functionsEndpoint, signal, port = 0, host, onDecision }: LocalStackOptions,
  folder: string,
  cleanup: Cleanup,
  onStep: (step: string) => void,
): Promise<AwsAccess> {
  if (awsEndpoint !== undefined) {
    const access = { endpoint: awsEndpoint, region: LOCAL_REGION, credentials: FOREIGN_CREDENTIALS };
    if (await isHealthy(awsEndpoint)) return access;
    throw new SetupError(`no MiniStack answers at ${awsEndpoint}: start it there, or leave --aws-endpoint out`);
  }
  onStep("Starting the local AWS (the first time it is installed: up to a minute)");
  const [node, python] = await all([
    ensureNode24(signal).catch((error: Error) => {
      throw new SetupError(error.message);
    }),
    ensureMiniStack({ signal }),
  ]);
  const backend = await startMiniStack({
    python,
    node,
    folder,
    host,
    port: port === 0 ? undefined : port + 2,
    functionsEndpoint,
    enforces: true,
    onDecision,
  });
  cleanup.add(() => backend.stop());
  return backend;
}

/** Removes everything that was created from an emulator that belongs to somebody else. */
async function leave(endpoint: string, provisioned: ProvisionedStack): Promise<void> {
  if (!(await isHealthy(endpoint))) {
    throw new SetupError(
      `the MiniStack at ${endpoint} does not answer: what SUMU created there, named local-sumu-*, could not be removed`,
    );
  }
  await provisioned.remove();
}

function describe(
  outputs: ValueObject,
  websocketUrl: string,
  pageUrl: string,
  pageKey: string,
  { endpoint, region, credentials }: AwsAccess,
): StackInfo {
  const { connections_table, presence_table, messages, notifications } = outputs;
  return {
    websocket_url: websocketUrl,
    // Browsers never send the part behind the #.
    page_url: `${pageUrl}/#${pageKey}`,
    aws_endpoint_url: endpoint,
    aws_access_key_id: credentials.accessKeyId,
    aws_secret_access_key: credentials.secretAccessKey,
    region,
    jwks_url: `${pageUrl}/.well-known/jwks.json`,
    ...({ connections_table, presence_table, messages, notifications } as unknown as Pick<
      StackInfo,
      "connections_table" | "presence_table" | "messages" | "notifications"
    >),
  };
}

/** Sends a request as a backend would. */
async function sendRequest(
  { notifications }: StackInfo,
  { sns, sqs }: AwsClients,
  via: "topic" | "queue",
  request: unknown,
): Promise<void> {
  const text = JSON.stringify(request);
  await (via === "topic"
    ? sns.send(new PublishCommand({ TopicArn: notifications.topic.arn, Message: text }))
    : sqs.send(new SendMessageCommand({ QueueUrl: notifications.queue.url, MessageBody: text })));
}
