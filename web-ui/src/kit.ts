/**
 * What every page is made of. Each lazy page imports it whole, so that the build puts it into one file: without it
 * there would be a file for each combination of pages that share something, and the first load would be a dozen.
 */
import './cause.ts';
import './client.ts';
import './component/button.tsx';
import './component/confirm.tsx';
import './component/icon.tsx';
import './component/mark.tsx';
import './component/notice.tsx';
import './component/page.tsx';
import './component/skeleton.tsx';
import './live.ts';
import './operations.ts';
import './port-name.ts';
import './route.ts';
import './session.ts';
import './t.ts';
import './time.ts';
import './unsaved.ts';
