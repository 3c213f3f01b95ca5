import { type LocalStack, startLocalStack } from "../../local/local-stack";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS } from "../support/local-aws";
import { describeBehaviours, describePresence } from "./behaviours";
import { localTarget } from "./local-target";
import { Session } from "./session";

jest.setTimeout(60_000);

describeWithLocalAws("SUMU on one machine, presence to the topic", () => {
  let stack: LocalStack;
  beforeAll(async () => {
    stack = await startLocalStack({ presenceSource: "topic" });
  }, INSTALL_TIMEOUT_MILLISECONDS);
  afterAll(() => stack?.stop());

  // In a block of their own: jest ends the inner one, and its session, before the stack.
  describe("behaves as any SUMU", () => {
    describeBehaviours({
      target: () => localTarget(stack, "topic"),
      mayBroadcast: true,
      refusedTokens: { otherAudience: true, expired: true },
    });
  });
});

describeWithLocalAws("SUMU on one machine, presence to the queue", () => {
  let stack: LocalStack;
  let session: Session;
  beforeAll(async () => {
    stack = await startLocalStack({ presenceSource: "queue" });
    session = await Session.open(localTarget(stack, "queue"));
  }, INSTALL_TIMEOUT_MILLISECONDS);
  afterAll(async () => {
    await session?.close();
    await stack?.stop();
  });

  describePresence(() => session);
});
