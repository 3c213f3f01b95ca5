/** An access key of the emulator. */
export interface LocalCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Where the emulator is, and who may use it. */
export interface AwsAccess {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: LocalCredentials;
}
