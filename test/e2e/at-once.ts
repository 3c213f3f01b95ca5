/** Runs an action a given number of times, with several runs in parallel. */
export async function atOnce(atMost: number, times: number, act: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    for (let index = next++; index < times; index = next++) await act(index);
  };
  await Promise.all(Array.from({ length: Math.min(atMost, times) }, one));
}
