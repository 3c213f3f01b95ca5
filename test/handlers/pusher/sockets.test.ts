import { DEFAULT_MAX_CONNECTIONS } from "../../../handlers/aws/aws-service";
import { MAX_SOCKETS, PUSHER_SETTINGS } from "../../../src/contract/pusher-settings";

describe("the sockets of a pusher", () => {
  it("are fewer than a function's 1,024 file descriptors, with 64 to spare, whatever the inputs say", () => {
    const { deliveryConcurrency, readConcurrency } = PUSHER_SETTINGS;
    expect(MAX_SOCKETS).toBe(960);
    // To @connections, to DynamoDB, and to SQS, which both queues share.
    expect(deliveryConcurrency.max + readConcurrency.max + DEFAULT_MAX_CONNECTIONS).toBeLessThanOrEqual(MAX_SOCKETS);
  });
});
