/** A Sentry that sends nothing, and what it would have sent. */

/**
 * @param load - Gives the package.
 * @param options - Of `init`, beside what each run has.
 */
exports.startSentry = function startSentry(load, options) {
  const transactions = []
  const Sentry = load()
  Sentry.init({
    dsn: 'http://key@127.0.0.1:9/1',
    tracesSampleRate: 1,
    transport: () => ({ send: () => Promise.resolve({}), flush: () => Promise.resolve(true) }),
    beforeSendTransaction(transaction) {
      // What it takes out afterwards goes on a way of its own.
      transactions.push({ ...transaction, spans: [...transaction.spans] })
      return transaction
    },
    ...options,
  })
  return { transactions, settled: () => Sentry.flush(1000) }
}
