/** An access key of the emulator. */
export interface LocalCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** For a session of a role. */
  readonly sessionToken?: string;
}

/** The endpoint of the emulator, and the credentials for it. */
export interface AwsAccess {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: LocalCredentials;
}
