import fc from "fast-check";
import { DeliveryTimes } from "../../../handlers/pusher/delivery-times";

function sampleOf(count: number): readonly number[] {
  const times = new DeliveryTimes();
  for (let index = 0; index < count; index++) times.add(1_000, 1_000 + index);
  return times.values;
}

describe("DeliveryTimes", () => {
  it("keeps the time of each of the first 100 deliveries", () => {
    expect(sampleOf(100)).toEqual(Array.from({ length: 100 }, (_, index) => index));
  });

  it("keeps every second of 101 to 200, every fourth of 201 to 400, and so on", () => {
    expect(sampleOf(200)).toEqual(Array.from({ length: 100 }, (_, index) => index * 2));
    expect(sampleOf(201)).toEqual(Array.from({ length: 51 }, (_, index) => index * 4));
  });

  it("holds 51 to 100 evenly spaced values of any number beyond 100", () => {
    fc.assert(
      fc.property(fc.integer({ min: 101, max: 20_000 }), (count) => {
        const values = sampleOf(count);
        const step = Number(values[1]);
        expect(values).toEqual(Array.from({ length: Math.ceil(count / step) }, (_, index) => index * step));
        expect(values.length).toBeGreaterThan(50);
        expect(values.length).toBeLessThanOrEqual(100);
      }),
      { numRuns: 100 },
    );
  });

  it("takes a clock that is ahead of ours for no time, and knows nothing without the time of sending", () => {
    const times = new DeliveryTimes();
    times.add(2_000, 1_990);
    times.add(undefined, 2_000);
    expect(times.values).toEqual([0]);
  });
});
