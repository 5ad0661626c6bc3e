import spec from './upstash-vector.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'upstash-vector.case.ts')
