import type { ApiDefinition } from "./api-definition";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Gives the credentials of a role that an integration names. @throws Error when API Gateway cannot assume it */
export type AssumeRole = (roleArn: string) => Promise<Credentials>;

/** What a key that is not among the gateway's own credentials stands for. */
export interface Caller {
  readonly credentials: Credentials;
  /** `arn:aws:sts::<account>:assumed-role/<role>/<session>`. */
  readonly arn: string;
  /** Whether its policies allow what it asks for. */
  readonly mayCall: boolean;
}

/**
 * Says who signs with an access key, and whether they may call the resource
 * `<execution ARN>/<stage>/<method>/@connections/<connection id>`. Undefined: nobody has this key.
 */
export type IdentifyCaller = (accessKeyId: string, resource: string) => Promise<Caller | undefined>;

/**
 * Calls a Lambda function by ARN and gives its result: an authorizer, or a proxy integration's. When the function was
 * called and failed, it must reject with a `FunctionError`; when it cannot be called, with any other error.
 */
export type InvokeFunction = (functionArn: string, event: unknown) => Promise<unknown>;

/** API Gateway's own quotas, which tests shorten. */
export interface Limits {
  /** No frame in either direction for this long ends a connection (1001). @default 600_000 */
  readonly idleMilliseconds: number;
  /** Every connection ends after this (1001). @default 7_200_000 */
  readonly lifetimeMilliseconds: number;
  /** A larger frame ends the connection (1009). @default 32_768 */
  readonly frameBytes: number;
  /** A larger message ends the connection (1009), or is refused at @connections (413). @default 131_072 */
  readonly payloadBytes: number;
  /** What may wait for a client that does not read; beyond, @connections answers 429. @default 1_048_576 */
  readonly bufferedBytes: number;
  /** Messages of one connection that are served at once; the others wait, and the socket is not read meanwhile. @default 8 */
  readonly messagesInFlight: number;
}

export interface GatewayOptions {
  readonly api: ApiDefinition;
  /** Where integrations are sent: the emulator, `http://127.0.0.1:4566`. */
  readonly awsEndpoint: string;
  /** Who may call @connections, whatever policies say; the first signs the integrations' requests. At least one. */
  readonly credentials: readonly Credentials[];
  /** Whose credentials sign an integration's requests. @default the first of `credentials` */
  readonly assumeRole?: AssumeRole;
  /** Who else may call @connections. @default nobody */
  readonly identifyCaller?: IdentifyCaller;
  readonly invoke: InvokeFunction;
  /** The IPv4 address or name to listen on; 0.0.0.0 for all, which URLs then name 127.0.0.1. @default "127.0.0.1" */
  readonly host?: string;
  /** 0: any free port. @default 0 */
  readonly port?: number;
  /** A line of the stage's access log for every connect, message, disconnect and @connections call. Never holds a token or payload. */
  readonly onAccessLog?: (line: string) => void;
  /** Why a client got an error of the gateway: for the developer's eyes, without payloads. */
  readonly onFault?: (fault: Fault) => void;
  readonly limits?: Partial<Limits>;
  /**
   * For how long after `deploy` the old and the new configuration serve in turns, as on AWS for about a minute.
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
   * Deploys another configuration of the same API: new and open connections turn to it.
   *
   * @throws Error for a template or selection expression that it cannot run, another API, or a stage that is gone.
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
