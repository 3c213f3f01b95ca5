import {
  CreateEventSourceMappingCommand,
  DeleteEventSourceMappingCommand,
  type EventSourcePosition,
  type FunctionResponseType,
} from "@aws-sdk/client-lambda";
import type { CreateResource } from "./creation";

/**
 * `aws_lambda_event_source_mapping` of a queue or a table's stream. The emulator gets all settings. Of parallelization, it
 * takes no notice. A MiniStack that runs already also ignores a stream's bisecting, retries and batch item failures.
 */
export const createLambdaEventSourceMapping: CreateResource = async (args, { lambda }) => {
  const filters = args.block("filter_criteria")?.blocks("filter") ?? [];
  const failureDestination = args.block("destination_config")?.block("on_failure")?.optionalText("destination_arn");
  const concurrency = args.block("scaling_config")?.optionalNumber("maximum_concurrency");
  const request = {
    EventSourceArn: args.text("event_source_arn"),
    FunctionName: args.text("function_name"),
    Enabled: args.optionalBool("enabled") ?? true,
    BatchSize: args.optionalNumber("batch_size"),
    MaximumBatchingWindowInSeconds: args.optionalNumber("maximum_batching_window_in_seconds"),
    StartingPosition: args.optionalText("starting_position") as EventSourcePosition | undefined,
    FunctionResponseTypes: args.texts("function_response_types") as FunctionResponseType[],
    BisectBatchOnFunctionError: args.optionalBool("bisect_batch_on_function_error"),
    MaximumRetryAttempts: args.optionalNumber("maximum_retry_attempts"),
    MaximumRecordAgeInSeconds: args.optionalNumber("maximum_record_age_in_seconds"),
    ParallelizationFactor: args.optionalNumber("parallelization_factor"),
    ScalingConfig: concurrency === undefined ? undefined : { MaximumConcurrency: concurrency },
    DestinationConfig:
      failureDestination === undefined ? undefined : { OnFailure: { Destination: failureDestination } },
    FilterCriteria:
      filters.length === 0 ? undefined : { Filters: filters.map((filter) => ({ Pattern: filter.text("pattern") })) },
  };
  args.leaveOut("metrics and tags are for a real account", "metrics_config", "tags", "tags_all");
  args.finish();

  const { UUID: uuid = "" } = await lambda.send(new CreateEventSourceMappingCommand(request));
  return {
    attributes: { id: uuid, uuid },
    remove: () => lambda.send(new DeleteEventSourceMappingCommand({ UUID: uuid })),
  };
};
