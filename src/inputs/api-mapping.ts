/** One stage of an API under a custom domain name: `https://<domain name>/<key>`. */
export interface ApiMapping {
  /** Of the API. */
  readonly id: string;
  /** The path under the domain name, with slashes between its parts; empty for the domain name itself. */
  readonly key: string;
  /** Name of the API's stage. */
  readonly stage: string;
}
