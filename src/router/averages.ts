/** Averages and percentiles of recent samples. */

/** Time constant of the averages: a sample of this age weighs about a third. */
const MEMORY_MS = 10_000
/** The least weight of a new sample, so that the first of many at once does not decide alone. */
const LEAST_WEIGHT = 0.1

/** An average that adapts at the same speed however many samples there are. */
export class MovingAverage {
  private readonly memoryMs: number
  private value: number | undefined
  private at = 0

  constructor(memoryMs = MEMORY_MS) {
    this.memoryMs = memoryMs
  }

  get(): number | undefined {
    return this.value
  }

  add(now: number, sample: number): void {
    const weight = this.value === undefined ? 1 : Math.max(LEAST_WEIGHT, 1 - Math.exp((this.at - now) / this.memoryMs))
    this.value = (this.value ?? 0) * (1 - weight) + sample * weight
    this.at = now
  }

  /** A sample above the average replaces it. */
  peak(now: number, sample: number): void {
    if (this.value === undefined || sample > this.value) {
      this.value = sample
      this.at = now
    } else this.add(now, sample)
  }

  /** A sample that is known to be at least this large: below the average it changes nothing. */
  atLeast(now: number, sample: number): void {
    if (this.value === undefined || sample > this.value) this.peak(now, sample)
  }

  /** The value now, if it has decayed towards zero since. */
  decayed(now: number): number {
    return this.value === undefined ? 0 : this.value * Math.exp((this.at - now) / this.memoryMs)
  }
}

/** Keeps the last few of many samples. */
export class Sample {
  private readonly values = new Float64Array(64)
  private count = 0

  add(value: number): void {
    this.values[this.count % this.values.length] = value
    this.count += 1
  }

  percentile(share: number): number | undefined {
    if (this.count < 10) return undefined
    const sorted = this.values.slice(0, Math.min(this.count, this.values.length)).sort()
    return sorted[Math.ceil(share * sorted.length) - 1]
  }
}
