import { t } from '../t.ts';

/** Grey lines where something is about to be, of its size, so that nothing jumps. */
export const Skeleton = ({ rows, tall = false }: { readonly rows: number; readonly tall?: boolean }) => (
  <div class="skeletons" role="status" aria-label={t('wait')}>
    {Array.from({ length: rows }, (_, row) => (
      <span key={row} class={tall ? 'skeleton tall' : 'skeleton'} />
    ))}
  </div>
);

/** A page that is not there yet. */
export const PageSkeleton = () => (
  <main class="content">
    <span class="skeleton title" />
    <Skeleton rows={3} tall />
  </main>
);
