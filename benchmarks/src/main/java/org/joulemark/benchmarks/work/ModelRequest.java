package org.joulemark.benchmarks.work;

/**
 * Which model a benchmark's parameters ask for, and how it is to be carried out: two trials with
 * equal requests can use the same one.
 *
 * @param engine {@code auto} or an engine's name
 * @param device index or UUID
 * @param threads of the CPU engine
 * @param model an id of the catalogue
 * @param checkpoint a folder, or {@code none}
 * @param strategy a strategy
 * @param calibration where its scales come from
 * @param batch sequences side by side
 * @param library what multiplies
 * @param algo how it is chosen
 * @param attention which attention
 * @param launch how work is given to the device
 * @param seed of whatever is made up
 */
public record ModelRequest(
    String engine,
    String device,
    String threads,
    String model,
    String checkpoint,
    String strategy,
    String calibration,
    String batch,
    String library,
    String algo,
    String attention,
    String launch,
    String seed) {}
