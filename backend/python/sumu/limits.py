# The largest message of the notifications queue, in bytes: 256 KiB.
REQUEST_BYTES = 256 * 1_024

# The largest message that API Gateway sends to a client, in bytes: 128 KiB.
FRAME_BYTES = 128 * 1_024

# Room for what SUMU adds around the data in a client's frame: the id, the cursor in history, the channel. A
# notification that is sent live must also fit when it is recovered.
ENVELOPE_BYTES = 512

# The largest JSON text of `data`, in bytes.
DATA_BYTES = FRAME_BYTES - ENVELOPE_BYTES

# The longest user id in bytes, as DynamoDB's hash keys.
USER_ID_BYTES = 2_048

# Users in one request. A longer list is split, so that several pushers share the work.
USERS_PER_REQUEST = 1_000

# Channels in one request. A longer list is split.
CHANNELS_PER_REQUEST = 100

# SQS takes ten messages in one call.
BATCH_ENTRIES = 10

# All messages of one call, in bytes.
BATCH_BYTES = 256 * 1_024
