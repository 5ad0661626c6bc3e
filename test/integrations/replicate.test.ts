import { testIntegration } from './matrix.js'
import spec from './replicate.case.js'

testIntegration(spec, 'replicate.case.ts')
