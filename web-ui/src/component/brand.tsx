import { t } from '../t.ts';

/** Which box this is; one that still has the name it came with is called by what it is. */
export const Brand = ({ name }: { readonly name: string }) => {
  const own = name !== '' && name.toLowerCase() !== t('product').toLowerCase();
  return (
    <div class="brand">
      <svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">
        <rect width="32" height="32" rx="8" fill="#1f4f8f" />
        <path
          d="M10 8v16M22 8v16M10 16c3-4.5 5-4.5 6 0s3 4.5 6 0"
          fill="none"
          stroke="#fff"
          stroke-width="2.8"
          stroke-linecap="round"
        />
      </svg>
      <div>
        <strong>{own ? name : t('product')}</strong>
        <span>{own ? t('product') : t('product.is')}</span>
      </div>
    </div>
  );
};
