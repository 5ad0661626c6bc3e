import { withAutolog } from 'tracestitch/next'

export default withAutolog({ reactStrictMode: true })
