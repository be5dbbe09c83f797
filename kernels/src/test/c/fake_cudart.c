/* libcudart.so.13 for machines without CUDA: JavaCPP's stubs ask for it and the engine calls
 * nothing in it. */
int fake_cudart;
