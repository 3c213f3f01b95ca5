import type { IResolvable } from "cdktf";
import type { Inputs } from "./input";
import { fits, known, regexCondition } from "./rule";

/** Which connections are refused although their token is valid, and which end before API Gateway ends them. */
export interface AdmissionProps {
  /**
   * True ends a connection when its token ends: nothing is delivered to it after that, and its frames are refused. A
   * client reconnects with a new token before. It has no effect while `verifyTokenExpiration` is false.
   * @default false
   */
  readonly endConnectionsWithToken?: boolean | IResolvable;
  /**
   * True makes a table of revocations: the backend revokes a user's tokens with a request, and the authorizer refuses
   * tokens that were issued before. It costs one read of DynamoDB for each connection that is made.
   * @default false
   */
  readonly revocations?: boolean | IResolvable;
  /**
   * The web origins whose pages may connect, as browsers send them: `https://shop.example`. A client that sends no
   * `Origin`, so an app or a server, may always connect.
   * @default []
   */
  readonly allowedOrigins?: readonly string[];
}

/** The list travels to the authorizer joined by commas, in an environment that Lambda limits to 4 KB in all. */
const ORIGINS_CHARACTERS = 1_024;
/** What browsers send: lower case, and without a path. Apps in web views have schemes of their own (`capacitor://localhost`). */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?$/;
/** Browsers leave out the port that the scheme has anyway. */
const WITH_USUAL_PORT = /^(https:.*:443|http:.*:80)$/;

export const ADMISSION_INPUTS = {
  endConnectionsWithToken: {
    type: "bool",
    description:
      "True ends a connection when its token ends: nothing is delivered after that, and frames are refused. No effect with verify_token_expiration = false.",
    default: false,
  },
  revocations: {
    type: "bool",
    description:
      "True makes a table of revocations: the backend revokes a user's tokens by a request, and the authorizer refuses them. Costs one read of DynamoDB a connect.",
    default: false,
  },
  allowedOrigins: {
    type: "list(string)",
    description:
      "The web origins whose pages may connect, as browsers send them: https://shop.example. Clients that send no Origin (apps, servers) may always connect. Empty: any.",
    default: [] as readonly string[],
    rule: {
      message: `allowed_origins must be a list of origins as browsers send them: scheme and host in lower case, a port only where it is not the scheme's own, no path, no * (https://shop.example, http://localhost:3000), at most ${ORIGINS_CHARACTERS} characters in all, or empty for any origin.`,
      holds: (origins) =>
        origins.every((origin) => fits(ORIGIN, origin) && !WITH_USUAL_PORT.test(origin)) &&
        known(origins).join(",").length <= ORIGINS_CHARACTERS,
      condition: (ref) =>
        `alltrue([for origin in ${ref} : ${regexCondition(ORIGIN, "origin")} && !${regexCondition(WITH_USUAL_PORT, "origin")}]) && length(join(",", ${ref})) <= ${ORIGINS_CHARACTERS}`,
    },
    samples: {
      valid: [
        [],
        ["https://shop.example"],
        ["http://localhost:3000", "https://shop.example:8443", "capacitor://localhost", "http://[::1]:8080"],
        [`https://${"a".repeat(1_016)}`],
      ],
      invalid: [
        [""],
        ["*"],
        ["null"],
        ["shop.example"],
        ["https://*.shop.example"],
        ["https://shop.example/"],
        ["https://Shop.example"],
        ["https://shop.example:443"],
        ["http://shop.example:80"],
        ["https://shop.example, https://other.example"],
        ["https://user@shop.example"],
        ["https://shop.example", ""],
        [`https://${"a".repeat(1_017)}`],
      ],
    },
  },
} as const satisfies Inputs<AdmissionProps>;
