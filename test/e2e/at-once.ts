/** Does something so many times, a number of them side by side. */
export async function atOnce(atMost: number, times: number, act: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    for (let index = next++; index < times; index = next++) await act(index);
  };
  await Promise.all(Array.from({ length: Math.min(atMost, times) }, one));
}
