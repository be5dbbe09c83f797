package org.joulemark.kernels.gemm;

/**
 * What the comparison of one GEMM's result with its reference gave. The worst element is the one
 * that uses most of its bound; if the result is wrong it is outside.
 *
 * @param problem what was computed
 * @param checkedElements elements compared with the reference
 * @param totalElements elements of Y; each was read once and found written and finite if {@code
 *     passed}
 * @param worstBatch the worst element's product in the batch
 * @param worstRow its row in Y
 * @param worstColumn its column in Y
 * @param worstExpected its reference, in units of Y's codes
 * @param worstActual what the device wrote there
 * @param worstBound the largest difference that is right there
 * @param passed whether every checked element is within its bound
 * @param fidelity the GEMM's score in [0, 1] over the checked elements: 1 − ‖Y−Y64‖F / ‖Y64‖F
 *     against the FP64 product of the unquantized operands; 0 if a number is not finite
 * @param message one sentence for people
 */
public record GemmVerification(
    GemmProblem problem,
    long checkedElements,
    long totalElements,
    int worstBatch,
    int worstRow,
    int worstColumn,
    double worstExpected,
    double worstActual,
    double worstBound,
    boolean passed,
    double fidelity,
    String message) {}
