import spec from './mem0.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'mem0.case.ts')
