/** A connection's id, as API Gateway writes it. */
export const CONNECTION_ID = "[\\w-]{18}==";
export const REQUEST_ID = "[\\w-]{15}=";

/** The gateway's own words, as a frame or the body of a refused handshake: byte for byte but for the ids. */
export const gatewayWords = (message: string, connectionId = CONNECTION_ID): unknown =>
  expect.stringMatching(
    new RegExp(`^\\{"message": "${message}", "connectionId":"${connectionId}", "requestId":"${REQUEST_ID}"\\}$`),
  );
