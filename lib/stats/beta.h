/* Tails of Student's t and Fisher's F by the regularised incomplete beta function. Pure. */
#ifndef CB_STATS_BETA_H
#define CB_STATS_BETA_H

/* I_x(a, b), a and b > 0, x within 0..1 (DLMF 8.17.22, evaluated by the modified Lentz method). Relative
 * error below 1e-12. */
double cb_beta_incomplete(double a, double b, double x);
/* P(F > f) for f >= 0 with d1 and d2 degrees of freedom (DLMF 8.17, Abramowitz and Stegun 26.6.2). */
double cb_f_tail(double f, double d1, double d2);
/* The t >= 0 with P(T > t) = tail for d degrees of freedom; tail within 0..1/2, exclusive of 0. */
double cb_t_quantile(double tail, double d);
#endif
