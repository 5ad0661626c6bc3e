/** Options of a client of watsonx.ai whose token is given: those of a program come from IBM's cloud. */
const authenticator = {
  authenticate(request: { headers: Record<string, string> }) {
    request.headers['Authorization'] = 'Bearer test-key'
    return Promise.resolve()
  },
  authenticationType: () => 'bearerToken',
}

export const watsonxOptions = (serviceUrl: string): object => ({
  version: '2026-01-01',
  serviceUrl,
  authenticator,
  projectId: 'p1',
})
