import { Pool } from "undici";
import { connectionId, DATA } from "../population";
import { reportCpu } from "./cold";
import { endpoint } from "./subject";

const path = `/live/@connections/${encodeURIComponent(connectionId(7))}`;
const answer = await new Pool(endpoint()).request({ method: "POST", path, body: JSON.stringify(DATA) });
await answer.body.dump();
reportCpu();
