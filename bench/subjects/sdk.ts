import { DATA, userId } from "../population";
import { pushToEveryone, pushToUser } from "./sdk-pusher";
import { CONCURRENCY, eachAtOnce, measure } from "./subject";

const data = JSON.stringify(DATA);

await measure(async ({ kind, connections, times }) => {
  if (kind === "single") {
    for (let time = 0; time < times; time++) await pushToUser(userId(7), data);
  } else if (kind === "batch") {
    await eachAtOnce(Array.from({ length: connections }).keys(), CONCURRENCY, (index) =>
      pushToUser(userId(index), data),
    );
  } else {
    await pushToEveryone(data);
  }
});
