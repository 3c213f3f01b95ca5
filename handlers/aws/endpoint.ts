import { type Environment, regionFrom } from "../shared/environment";

/** The DNS suffix of each partition that does not use `amazonaws.com`, by the prefix of its regions' names. */
const DNS_SUFFIXES = [
  ["cn-", "amazonaws.com.cn"],
  ["us-iso-", "c2s.ic.gov"],
  ["us-isob-", "sc2s.sgov.gov"],
  ["eusc-", "amazonaws.eu"],
] as const;

/**
 * The service's endpoint in the function's region: `AWS_ENDPOINT_URL_<SERVICE>`, else `AWS_ENDPOINT_URL`, else AWS.
 *
 * @param service - As in its host name: `dynamodb`, `sqs`, `sns`.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export function serviceEndpoint(service: string, environment: Environment): string {
  const override = endpointOverride(service, environment);
  if (override !== undefined) return override;
  const region = regionFrom(environment);
  const suffix = DNS_SUFFIXES.find(([prefix]) => region.startsWith(prefix))?.[1] ?? "amazonaws.com";
  return `https://${service}.${region}.${suffix}`;
}

/** The endpoint that the environment sets for a service, if it does. */
export function endpointOverride(service: string, environment: Environment): string | undefined {
  return environment[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] || environment.AWS_ENDPOINT_URL || undefined;
}
