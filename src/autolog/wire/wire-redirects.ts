/**
 * Redirects: a client that follows one sends the request again, to where the answer says. Both requests are one call, which waits for
 * the next request for as long as clients take to send it: until the event loop has turned once.
 */
import { context, type Context } from '@opentelemetry/api'

/** https://fetch.spec.whatwg.org/#redirect-status */
const STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** A redirect that nobody has followed yet. */
export interface Redirect {
  /** The first request is over: `step` runs if no other follows. */
  over(step: () => void): void
}

interface Awaited<Next> {
  readonly target: string
  /** In which the request was sent: what follows a redirect runs there too. */
  readonly sentIn: Context
  /** Begins the next request of the call. */
  readonly next: () => Next
}

/** @returns Where the answer sends its client; `undefined` for an answer that is no redirect. */
export function targetOf(status: number, headers: Pick<Headers, 'get'>, from: URL): URL | undefined {
  const location = STATUSES.has(status) ? headers.get('location') : null
  if (location === null || !URL.canParse(location, from)) return undefined
  const target = new URL(location, from)
  target.hash = ''
  return target
}

export class Redirects<Next> {
  private readonly awaited = new Set<Awaited<Next>>()

  expect(awaited: Awaited<Next>): Redirect {
    this.awaited.add(awaited)
    return {
      over: (step) =>
        void setImmediate(() => {
          if (this.awaited.delete(awaited)) step()
        }),
    }
  }

  /** What a request goes on with. */
  follows(url: () => URL): Next | undefined {
    if (this.awaited.size === 0) return undefined
    const { href } = url()
    const active = context.active()
    for (const entry of this.awaited) {
      if (entry.target !== href || entry.sentIn !== active) continue
      this.awaited.delete(entry)
      return entry.next()
    }
    return undefined
  }
}
