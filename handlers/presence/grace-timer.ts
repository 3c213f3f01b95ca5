import type { Sqs } from "../aws/sqs";
import { encodeGraceCheck } from "./grace-check";
import type { GraceTimer } from "./settle-user";

/** Sends a user back to the watchdog after a delay, through the grace queue. */
export function graceTimer(queueUrl: string | undefined, sqs: Sqs, deadline: number): GraceTimer {
  return {
    checkLater: async (userId, delaySeconds) => {
      if (queueUrl === undefined) throw new Error("a grace of 0 has nothing to wait for");
      await sqs.sendMessage(queueUrl, { body: encodeGraceCheck(userId), delaySeconds }, { deadline });
    },
  };
}
