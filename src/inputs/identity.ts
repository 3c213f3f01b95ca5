import type { Tags } from "../aws/tags";
import { LONGEST_PREFIX } from "../names";
import type { Inputs } from "./input";
import { matches } from "./rule";

/** The names of a SUMU. */
export interface IdentityProps {
  /**
   * Every name starts with `<prefix>-sumu`: 1 to 39 characters of A-Z, a-z, 0-9, - and _. Each SUMU of an account needs
   * a prefix of its own, in each region too: IAM roles and CloudWatch dashboards have their names in the whole account.
   */
  readonly prefix: string;
  /**
   * Tags on every resource that can carry tags. SUMU adds `stack = "sumu"` unless a key is `stack` in any case of letters.
   * If an aspect has set a tag on a resource, that tag stays.
   * @default {}
   */
  readonly commonTags?: Tags;
  /** API stage, the last part of the URL that clients connect to. */
  readonly stageName: string;
  /**
   * URL to which the pusher sends: the stage's invoke URL, or a custom domain with its mapping key. A custom domain does not
   * need it: the stage's own URL always works.
   * @default - the URL of the stage `stageName`
   */
  readonly apigwEndpoint?: string;
}

export const IDENTITY_INPUTS = {
  prefix: {
    type: "string",
    description:
      "Every name starts with <prefix>-sumu. Each SUMU of an account needs a prefix of its own, in each region too: IAM roles and dashboards have their names in the whole account.",
    original: true,
    rule: matches(
      new RegExp(`^[A-Za-z0-9_-]{1,${LONGEST_PREFIX}}$`),
      `prefix must be 1 to ${LONGEST_PREFIX} characters of A-Z, a-z, 0-9, - and _: every name starts with it, and "<prefix>-sumu-authorizer-codeless" may have at most 64 characters, Lambda's limit.`,
    ),
    samples: {
      valid: ["a", "Shop_1-x", "p".repeat(LONGEST_PREFIX)],
      invalid: ["my shop", "", "a.b", "a b", "ä", "a\n", "p".repeat(LONGEST_PREFIX + 1), 'a"b', "${x}"],
    },
  },
  commonTags: {
    type: "map(string)",
    description:
      'Tags on every resource that can carry tags. SUMU adds stack = "sumu" unless a key is "stack" in any case of letters.',
    default: {} as Tags,
    original: true,
    rule: {
      message:
        "common_tags must not have two keys that differ only in the case of their letters: IAM compares keys without case, and refuses such tags.",
      holds: (tags) => {
        const keys = Object.keys(tags).map((key) => key.toLowerCase());
        return new Set(keys).size === keys.length;
      },
      condition: (ref) => `length(distinct([for key in keys(${ref}) : lower(key)])) == length(${ref})`,
    },
    samples: {
      valid: [{}, { team: "web", cost_center: "4711" }, { Stack: "shop" }, { STACK: "shop" }],
      invalid: [
        { Team: "web", team: "web" },
        { stack: "a", Stack: "b", env: "c" },
      ],
    },
  },
  stageName: {
    type: "string",
    description: "API stage, the last part of the URL that clients connect to.",
    original: true,
    rule: matches(
      /^[A-Za-z0-9_-]{1,128}$/,
      "stage_name must be 1 to 128 characters of A-Z, a-z, 0-9, - and _: API Gateway allows no other for a WebSocket stage.",
    ),
    samples: {
      valid: ["live", "v1_2-x", "s".repeat(128)],
      invalid: ["$default", "", "a/b", "a b", "s".repeat(129)],
    },
  },
  apigwEndpoint: {
    type: "string",
    description:
      "URL to which the pusher sends: https://<custom domain>/<mapping key>, or the stage's invoke URL. Null: the stage's own URL, which also works with a custom domain.",
    default: null,
    original: true,
    rule: matches(
      /^https:\/\/[A-Za-z0-9.-]+(:[0-9]{1,5})?(\/[^\s?#]*)?$/,
      "apigw_endpoint must be an https:// URL without query or fragment (the custom domain with its mapping key, or the stage's invoke URL), or null for the stage's own URL.",
    ),
    samples: {
      valid: [
        "https://live.kodhive.com/push",
        "https://abc.execute-api.eu-west-1.amazonaws.com/live",
        "https://a:8443",
      ],
      invalid: [
        "wss://live.example.com",
        "http://a/b",
        "wss://a/b",
        "https://",
        "https://a b",
        "https://a/b?c=d",
        "https://a#b",
        "live.kodhive.com",
      ],
    },
  },
} as const satisfies Inputs<IdentityProps>;
