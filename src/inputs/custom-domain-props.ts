import type { IResolvable } from "cdktf";
import type { Tags } from "../aws/tags";
import type { Given } from "../terraform/field";
import type { ApiMapping } from "./api-mapping";

/** What {@link CustomDomain} needs. Literals are checked at synthesis; Terraform references (CDKTF tokens) are not. */
export interface CustomDomainProps {
  /** Tags besides `stack = "sumu"`. @default {} */
  readonly commonTags?: Tags;
  /** ACM certificate for both names, in the region of the APIs. */
  readonly certArn: string;
  /** Hosted zone of {@link domainName}. */
  readonly r53ZoneId: string;
  /** The domain of both names, for example `example.com`. */
  readonly domainName: string;
  /**
   * The part before the domain name, for HTTP and for WebSocket APIs.
   * @default { stateless: "api", statefull: "live" }
   */
  readonly subDomains?: Given<SubDomains>;
  /** HTTP APIs at `https://<stateless>.<domain name>/<key>`. Add new ones at the end: the resource address has the index. @default [] */
  readonly httpApis?: readonly ApiMapping[] | IResolvable;
  /** WebSocket APIs at `wss://<statefull>.<domain name>/<key>`. Add new ones at the end: the resource address has the index. @default [] */
  readonly wsApis?: readonly ApiMapping[] | IResolvable;
  /**
   * True: a name without APIs is not created, and its record is not created. The original always creates both names.
   * @default false
   */
  readonly omitUnusedDomains?: boolean | IResolvable;
}

/** The part before the domain name. */
export interface SubDomains {
  /** Of the HTTP APIs. */
  readonly stateless: string;
  /** Of the WebSocket APIs. This is the original's spelling. */
  readonly statefull: string;
}
