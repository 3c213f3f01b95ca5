import type { Check } from "./check";
import { FUNCTION_CHECKS } from "./functions";
import { LOG_CHECKS } from "./logs";
import { QUEUE_CHECKS } from "./queues";
import { SETTING_CHECKS } from "./settings";
import { SOURCE_CHECKS } from "./sources";
import { TABLE_CHECKS } from "./tables";
import { TOPIC_CHECKS } from "./topics";

/** All checks of `doctor`, in the order in which it prints them. A new part of SUMU adds its rows. */
export const CHECKS: readonly Check[] = [
  ...FUNCTION_CHECKS,
  ...SETTING_CHECKS,
  ...QUEUE_CHECKS,
  ...TOPIC_CHECKS,
  ...TABLE_CHECKS,
  ...SOURCE_CHECKS,
  ...LOG_CHECKS,
];
