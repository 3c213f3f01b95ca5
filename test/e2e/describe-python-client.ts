import { spawn } from "node:child_process";
import path from "node:path";
import { text } from "node:stream/consumers";
import type { LocalStack } from "../../local/local-stack";
import { INSTALL_TIMEOUT_MILLISECONDS } from "../support/local-aws";
import { ensurePythonClients } from "../support/python-clients";

/** Libraries that know nothing of SUMU. Before others: the client takes the first message that the queue has. */
export function describePythonClient(running: () => LocalStack): void {
  it(
    "Python's websockets and boto3 send, receive and notify, in under a second",
    async () => {
      const python = spawn(await ensurePythonClients(), [path.join(__dirname, "python_client.py")], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      const { info, issuer } = running();
      const tokens = { alice: await issuer.mint("alice"), bob: await issuer.mint("bob") };
      python.stdin.end(JSON.stringify({ ...info, tokens }));
      const { sent, topic, queue } = JSON.parse(await text(python.stdout));
      expect(sent).toEqual({
        ack: { type: "ack", action: "send", requestId: expect.any(String) },
        body: '{"from":"python","text":"é & \\"+\\""}',
        user_id: "alice",
        source: "apigw.route.send",
      });
      for (const [via, notified] of Object.entries({ topic, queue })) {
        expect(notified.map(({ frame }: { frame: unknown }) => frame)).toEqual(
          [0, 1, 2, 3, 4].map((index) => ({ text: `${via} ${index}` })),
        );
        const seconds: number[] = notified.map((one: { seconds: number }) => one.seconds);
        expect(Math.min(...seconds)).toBeLessThan(1);
      }
    },
    INSTALL_TIMEOUT_MILLISECONDS,
  );
}
