import { Pool } from "undici";
import { connectionId, DATA } from "../population";
import { CONCURRENCY, eachAtOnce, endpoint, measure } from "./subject";

/** The floor: undici posts to connections that it knows. No signature, no table, no judgement of the answer. */
const pool = new Pool(endpoint(), { connections: CONCURRENCY, pipelining: 1 });
const body = JSON.stringify(DATA);

async function post(index: number): Promise<void> {
  const path = `/live/@connections/${encodeURIComponent(connectionId(index))}`;
  const answer = await pool.request({ method: "POST", path, body });
  await answer.body.dump();
}

await measure(async ({ kind, connections, times }) => {
  if (kind === "single") {
    for (let time = 0; time < times; time++) await post(7);
  } else {
    await eachAtOnce(Array.from({ length: connections }).keys(), CONCURRENCY, post);
  }
});
