/** API Gateway ends every WebSocket connection after two hours. */
export const CONNECTION_LIFETIME_SECONDS = 7_200;

/**
 * How long a connection's row is valid: five minutes longer than the connection can live. The clocks of API Gateway,
 * DynamoDB and Lambda differ by less than five minutes, and API Gateway does not promise two hours to the second. So no
 * open connection outlives its row. A row without a connection costs little: `$disconnect` removes nearly all of them,
 * and the answer 410 removes the rest.
 */
export const CONNECTION_ROW_SECONDS = CONNECTION_LIFETIME_SECONDS + 300;

/** A connection younger than this may answer 410 while its handshake is still under way: it is retried, never deleted. */
export const YOUNG_CONNECTION_MILLISECONDS = 10_000;

/** The largest message that API Gateway takes from or sends to a client, in bytes. */
export const WEBSOCKET_PAYLOAD_BYTES = 128 * 1024;

/** The largest message of the queues, in bytes. SNS has the same limit, so topic and queue accept the same messages. */
export const QUEUE_MESSAGE_BYTES = 256 * 1024;

/**
 * The largest message of a dead-letter queue: SQS's own maximum and default. A dead letter is larger than the message
 * was: it has a reason, and SNS and Lambda wrap their dead letters in an envelope.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 */
export const DEAD_LETTER_BYTES = 1_024 * 1_024;

export const QUEUE_RETENTION_SECONDS = 4 * 24 * 3_600;

/** Failed messages stay 14 days, SQS's longest retention. */
export const DEAD_LETTER_RETENTION_SECONDS = 14 * 24 * 3_600;

/** After this many failures, a message moves to the dead-letter queue. */
export const MAX_RECEIVE_COUNT = 5;

export const PUSHER_TIMEOUT_SECONDS = 120;

/** AWS's advice for a queue that invokes a function: its visibility timeout is six times the function's time-out. */
export const VISIBILITY_TIMEOUT_FACTOR = 6;

export const VISIBILITY_TIMEOUT_SECONDS = VISIBILITY_TIMEOUT_FACTOR * PUSHER_TIMEOUT_SECONDS;

/** Notifications that one pusher invocation takes from the queue. */
export const PUSHER_BATCH_SIZE = 10;

/** Frames that one control invocation takes from the queue. It handles them at the same time, so that none waits for another. */
export const CONTROL_BATCH_SIZE = 10;

/** Memory of the control function: as the authorizer has by default, because clients wait for both. */
export const CONTROL_MEMORY_MEGABYTES = 512;

/** Clients wait for its answers. A recovery that takes longer goes on with the client's next frame. */
export const CONTROL_TIMEOUT_SECONDS = 60;

/** The longest delay that SQS allows for a message, and so the longest presence grace. */
export const MAX_PRESENCE_GRACE_SECONDS = 900;

/** The highest limit of one user's connections: the watchdog reads all of them each time a connection opens. */
export const MAX_CONNECTIONS_PER_USER = 1_000;

/**
 * How long a revocation stays. It must outlive every token that was issued before it. Issuers let tokens live for
 * hours, and for 30 days at most (Auth0). A row costs very little.
 */
export const REVOCATION_SECONDS = 400 * 24 * 3_600;

/**
 * How long after a disconnect request the pusher checks the users again, in seconds. By then, a connection whose
 * handshake was in progress has its row: API Gateway gives the authorizer and the integration of `$connect` 29 s each.
 */
export const DISCONNECT_CHECK_SECONDS = 65;
