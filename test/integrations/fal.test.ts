import spec from './fal.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'fal.case.ts')
