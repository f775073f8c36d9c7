import { signal, useSignal } from '@preact/signals';
import type { ComponentType, FunctionComponent } from 'preact';
import { useEffect } from 'preact/hooks';
import { Notice } from './component/notice.tsx';
import { PageSkeleton } from './component/skeleton.tsx';
import { t } from './t.ts';

type Loaded = ComponentType<Record<string, never>>;

/** A page that is loaded when it is first opened; kept from then on. */
export const lazy = (load: () => Promise<Loaded>): FunctionComponent => {
  const page = signal<Loaded | undefined>(undefined);
  return () => {
    const failed = useSignal(false);
    useEffect(() => {
      if (page.value) return;
      load().then(
        (loaded) => {
          page.value = loaded;
        },
        () => {
          failed.value = true;
        },
      );
    }, []);
    const Page = page.value;
    if (Page) return <Page />;
    if (failed.value) return <Notice mood="bad">{t('error.chunk')}</Notice>;
    return <PageSkeleton />;
  };
};
