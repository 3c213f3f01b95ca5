import type { AwsAccess } from "./aws-access";
import { signedFetch } from "./signed-fetch";

/** Calls an action of IAM or STS, and gives the answer's XML. */
export type QueryApi = (
  service: "iam" | "sts",
  action: string,
  parameters?: { readonly [name: string]: string | undefined },
) => Promise<string>;

const VERSIONS = { iam: "2010-05-08", sts: "2011-06-15" } as const;

const FORM = { "content-type": "application/x-www-form-urlencoded" };

/** The few calls of IAM and STS that a run needs, without two more clients of the SDK. */
export function createQueryApi(access: AwsAccess): QueryApi {
  return async (service, action, parameters = {}) => {
    const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const body = new URLSearchParams([["Action", action], ["Version", VERSIONS[service]], ...given]).toString();
    const response = await signedFetch(access, service, "/", body, FORM);
    const text = await response.text();
    if (response.ok) return text;
    const error = new Error(textOf(text, "Message") ?? `HTTP ${response.status}`);
    error.name = textOf(text, "Code") ?? `${service}Error`;
    throw error;
  };
}

/** The text of an element without children. */
export function textOf(xml: string, element: string): string | undefined {
  return new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1];
}
