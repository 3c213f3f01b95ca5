import { RouteFault } from "./fault";
import type { InvokeFunction } from "./gateway-options";
import { proxyEvent } from "./lambda-event";
import type { RouteRequest } from "./route-request";
import type { ServiceResponse } from "./service-messages";

/**
 * Runs an AWS_PROXY integration: the function gets the request as an event. Its answer's `statusCode` and `body` become
 * the route's.
 *
 * @throws RouteFault 502 when the function cannot be called, fails, or answers anything else; 504 after the time-out.
 */
export async function invokeProxy(
  functionArn: string,
  request: RouteRequest,
  invoke: InvokeFunction,
  timeoutMilliseconds: number,
): Promise<ServiceResponse> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_, reject) => {
    const fault = new RouteFault(
      "Endpoint request timed out",
      504,
      `lambda did not answer in ${timeoutMilliseconds} ms`,
    );
    timer = setTimeout(() => reject(fault), timeoutMilliseconds);
  });
  try {
    return read(await Promise.race([invoke(functionArn, proxyEvent(request)), timeUp]));
  } catch (error) {
    throw error instanceof RouteFault ? error : integrationFailure((error as Error).message);
  } finally {
    clearTimeout(timer);
  }
}

function read(answer: unknown): ServiceResponse {
  const { statusCode, body = "" } = (answer ?? {}) as { readonly statusCode?: unknown; readonly body?: unknown };
  if (!Number.isInteger(statusCode) || typeof body !== "string") {
    throw integrationFailure("the function's answer needs a whole number as statusCode, and text as body");
  }
  return { status: statusCode as number, body };
}

const integrationFailure = (reason: string): RouteFault =>
  new RouteFault("Internal server error", 502, reason, "INTEGRATION_FAILURE");
