import { CHANNELS_PER_CONNECTION } from "../../src/contract/channels";
import { CONTROL_ENVIRONMENT } from "../../src/contract/control-handler";
import { HISTORY_ENVIRONMENT } from "../../src/contract/environment";
import { MAX_HISTORY_SECONDS } from "../../src/contract/history";
import { isChannelPattern } from "../shared/channel-access";
import { type Environment, integerFrom, requiredFrom } from "../shared/environment";

/** The control function's settings. */
export interface ControlConfiguration {
  /** Where `/@connections/<id>` is. */
  readonly endpoint: string;
  readonly deadLetterQueueUrl: string;
  /** Undefined if no history is kept. */
  readonly history: { readonly table: string; readonly seconds: number } | undefined;
  /** Undefined if there are no channels. */
  readonly channels: ChannelSettings | undefined;
}

/** The settings of channels. */
export interface ChannelSettings {
  readonly subscriptionsTable: string;
  readonly connectionsTable: string;
  readonly notificationsQueueUrl: string;
  readonly publicPatterns: readonly string[];
  readonly maxPerConnection: number;
}

/** @throws Error naming the environment variable that is missing or wrong. */
export function readConfiguration(environment: Environment): ControlConfiguration {
  const seconds = integerFrom(environment, HISTORY_ENVIRONMENT.seconds, {
    fallback: 0,
    min: 1,
    max: MAX_HISTORY_SECONDS,
  });
  return {
    endpoint: requiredFrom(environment, CONTROL_ENVIRONMENT.endpoint),
    deadLetterQueueUrl: requiredFrom(environment, CONTROL_ENVIRONMENT.deadLetterQueueUrl),
    history: seconds === 0 ? undefined : { table: requiredFrom(environment, HISTORY_ENVIRONMENT.table), seconds },
    channels: channelsFrom(environment),
  };
}

function channelsFrom(environment: Environment): ChannelSettings | undefined {
  const subscriptionsTable = environment[CONTROL_ENVIRONMENT.subscriptionsTable];
  if (!subscriptionsTable) return undefined;
  const patterns = (environment[CONTROL_ENVIRONMENT.publicChannels] ?? "").split(",").filter((each) => each !== "");
  if (!patterns.every(isChannelPattern)) {
    throw new Error(`${CONTROL_ENVIRONMENT.publicChannels} must be patterns of channels, joined by commas`);
  }
  return {
    subscriptionsTable,
    connectionsTable: requiredFrom(environment, CONTROL_ENVIRONMENT.connectionsTable),
    notificationsQueueUrl: requiredFrom(environment, CONTROL_ENVIRONMENT.notificationsQueueUrl),
    publicPatterns: patterns,
    maxPerConnection: integerFrom(environment, CONTROL_ENVIRONMENT.channelsPerConnection, CHANNELS_PER_CONNECTION),
  };
}
