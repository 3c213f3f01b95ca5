import { DATA, userId } from "../population";
import { reportCpu } from "./cold";
import { pushToUser } from "./sdk-pusher";

await pushToUser(userId(7), JSON.stringify(DATA));
reportCpu();
