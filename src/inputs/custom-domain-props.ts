import type { IResolvable } from "cdktf";
import type { Tags } from "../aws/tags";
import type { Given } from "../terraform/field";
import type { ApiMapping } from "./api-mapping";

/** What {@link CustomDomain} needs. Literals are validated at synthesis; tokens pass through. */
export interface CustomDomainProps {
  /** Tags besides `stack = "sumu"`. @default {} */
  readonly commonTags?: Tags;
  /** ACM certificate for both names, in the region of the APIs. */
  readonly certArn: string;
  /** Hosted zone of {@link domainName}. */
  readonly r53ZoneId: string;
  /** What the two names are below: `example.com`. */
  readonly domainName: string;
  /**
   * What comes before the domain name, for HTTP and for WebSocket APIs.
   * @default { stateless: "api", statefull: "live" }
   */
  readonly subDomains?: Given<SubDomains>;
  /** What `https://<stateless>.<domain name>/<key>` leads to. @default [] */
  readonly httpApis?: readonly ApiMapping[] | IResolvable;
  /** What `wss://<statefull>.<domain name>/<key>` leads to. @default [] */
  readonly wsApis?: readonly ApiMapping[] | IResolvable;
  /**
   * Whether a name without APIs is left out, with its record. The original made both always.
   * @default false
   */
  readonly omitUnusedDomains?: boolean | IResolvable;
}

/** What comes before the domain name. */
export interface SubDomains {
  /** Of the HTTP APIs. */
  readonly stateless: string;
  /** Of the WebSocket APIs. The original's spelling, which its callers write. */
  readonly statefull: string;
}
