/** A request to an AWS service, before it is addressed and signed. */
export interface ServiceRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ServiceResponse {
  readonly status: number;
  readonly body: string;
}
