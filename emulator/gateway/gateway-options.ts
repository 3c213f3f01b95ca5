import type { ApiDefinition } from "./api-definition";
import type { Decision } from "./evaluate-policy";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Gives the credentials of a role that an integration names. @throws Error when API Gateway cannot assume it */
export type AssumeRole = (roleArn: string) => Promise<Credentials>;

/** The caller that an access key belongs to, when the key is not one of the gateway's own credentials. */
export interface Caller {
  readonly credentials: Credentials;
  /** `arn:aws:sts::<account>:assumed-role/<role>/<session>`. */
  readonly arn: string;
  /** The decision of the caller's policies on the call. */
  readonly decision: Decision;
}

/**
 * Gives the caller that an access key belongs to, and the decision on the resource `<execution
 * ARN>/<stage>/<method>/@connections/{connectionId}`: IAM never sees the id itself. Undefined: nobody has this key.
 */
export type IdentifyCaller = (accessKeyId: string, resource: string) => Promise<Caller | undefined>;

/**
 * Calls a Lambda function by ARN and gives its result. The function is an authorizer or the target of a proxy
 * integration. If the function was called and failed, it must reject with a `FunctionError`; if the function cannot be
 * called, with any other error.
 */
export type InvokeFunction = (functionArn: string, event: unknown) => Promise<unknown>;

/** API Gateway's own quotas. Tests shorten them. */
export interface Limits {
  /** No frame in either direction for this long ends a connection (1001). @default 600_000 */
  readonly idleMilliseconds: number;
  /** Every connection ends after this (1001). @default 7_200_000 */
  readonly lifetimeMilliseconds: number;
  /** A larger frame ends the connection (1009). @default 32_768 */
  readonly frameBytes: number;
  /** A larger message ends the connection (1009), or is refused at @connections (413). @default 131_072 */
  readonly payloadBytes: number;
  /** Bytes that may wait for a client that does not read. Above this, @connections answers 429. @default 1_048_576 */
  readonly bufferedBytes: number;
  /**
   * Messages of one connection that are served at once. The others wait, and the socket is not read meanwhile. @default
   * 8
   */
  readonly messagesInFlight: number;
}

export interface GatewayOptions {
  readonly api: ApiDefinition;
  /** The endpoint that gets the integrations' requests: the emulator, `http://127.0.0.1:4566`. */
  readonly awsEndpoint: string;
  /**
   * Credentials that may call @connections, whatever policies say. The first of them sign the integrations' requests.
   * At least one.
   */
  readonly credentials: readonly Credentials[];
  /** Gives the credentials that sign an integration's requests. @default the first of `credentials` */
  readonly assumeRole?: AssumeRole;
  /** Identifies other callers that may call @connections. @default nobody */
  readonly identifyCaller?: IdentifyCaller;
  readonly invoke: InvokeFunction;
  /**
   * The IPv4 address or name to listen on. With 0.0.0.0 it listens on all addresses, and URLs name 127.0.0.1. @default
   * "127.0.0.1"
   */
  readonly host?: string;
  /** 0: any free port. @default 0 */
  readonly port?: number;
  /**
   * Gets a line of the stage's access log for every connect, message, disconnect and @connections call. The line never
   * holds a token or payload.
   */
  readonly onAccessLog?: (line: string) => void;
  /** Gets the reason why the gateway sent an error to a client. It is for the developer and has no payload. */
  readonly onFault?: (fault: Fault) => void;
  readonly limits?: Partial<Limits>;
  /**
   * After `deploy`, the old and the new configuration serve in turns for this long. On AWS it is about a minute.
   *
   * @default 0
   */
  readonly rolloutMilliseconds?: number;
  /** Epoch milliseconds. @default Date.now */
  readonly now?: () => number;
}

export interface Fault {
  readonly routeKey: string;
  readonly connectionId: string;
  readonly requestId: string;
  readonly reason: string;
}

/** A running gateway. */
export interface Gateway {
  /** `ws://<host>:<port>/<stage>`, of the first stage. */
  readonly url: string;
  /** `http://<host>:<port>/<stage>`: the endpoint of an ApiGatewayManagementApi client. */
  readonly connectionsUrl: string;
  readonly port: number;
  /** Connections that are open now. */
  readonly connectionCount: number;
  /**
   * Deploys another configuration of the same API. New connections and open connections use it.
   *
   * @throws Error for a template or selection expression that the gateway cannot run, for another API, or when a stage
   * is missing.
   */
  deploy(api: ApiDefinition): void;
  /**
   * Closes every connection (1001), lets each `$disconnect` run, and frees the port. Waits at most
   * `graceMilliseconds` for integrations under way. Leaves no timer or socket. Safe to call twice.
   *
   * @default 5_000
   */
  stop(graceMilliseconds?: number): Promise<void>;
}
