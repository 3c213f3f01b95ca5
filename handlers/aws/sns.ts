import { type AwsOptions, AwsService, type CallOptions } from "./aws-service";
import type { MessageAttribute } from "./sqs";

export interface Publication {
  readonly topicArn: string;
  readonly message: string;
  readonly attributes?: Readonly<Record<string, MessageAttribute>>;
}

/**
 * SNS over its query protocol. Throttling, 5xx and lost answers are retried, see {@link AwsService}. So if the answer
 * to a message was lost, the message may be published twice.
 *
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export class Sns {
  readonly #service: AwsService;

  constructor(options?: AwsOptions) {
    this.#service = new AwsService("sns", options);
  }

  /** @throws {@link AwsError} The message is not published, as far as is known. */
  async publish({ topicArn, message, attributes = {} }: Publication, options?: CallOptions): Promise<void> {
    const form = new URLSearchParams({
      Action: "Publish",
      Version: "2010-03-31",
      TopicArn: topicArn,
      Message: message,
    });
    Object.entries(attributes).forEach(([name, { DataType, StringValue }], index) => {
      const prefix = `MessageAttributes.entry.${index + 1}`;
      form.set(`${prefix}.Name`, name);
      form.set(`${prefix}.Value.DataType`, DataType);
      form.set(`${prefix}.Value.StringValue`, StringValue);
    });
    await this.#service.call(
      {
        operation: "Publish",
        headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
        body: form.toString(),
        read: (body) => {
          // A website's page. An emulator may answer with an empty body, or in JSON.
          const isPage = body.trimStart().startsWith("<") && !body.includes("<PublishResponse");
          if (isPage) throw new TypeError("the answer is not a PublishResponse");
        },
      },
      options,
    );
  }

  /** Ends the kept connections. */
  close(): void {
    this.#service.close();
  }
}
